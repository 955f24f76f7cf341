// Shows the API's description; a file of its own, since the page allows no script inside it.
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });
