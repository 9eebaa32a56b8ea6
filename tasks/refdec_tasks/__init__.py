"""Tasks that come with refdec; each is a plugin like any guest's, and imports `refdec.plugins.api` alone."""
