"""The things that are matched and the facts about them: items, answers, events, eligibility."""
