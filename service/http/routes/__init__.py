"""The addresses of the API, one router a module: recommendations, items, plan, health."""
