"""Tests of what starts and holds the site: servers, roles, environment, translations, the demo's supervisor."""
