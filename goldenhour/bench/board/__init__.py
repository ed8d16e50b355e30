"""How long an alarm takes from the feed to its card in a browser, and what the page weighs."""
