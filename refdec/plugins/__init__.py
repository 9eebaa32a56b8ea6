"""The plugin door: encoders and tasks of others, and of refdec itself, come in here (`docs/plugins.md`).

Guests import `refdec.plugins.api` and nothing else.  Hosts (the command line, `refdec.encode`) use `manager` to find
guests and `calls` to run them.
"""
