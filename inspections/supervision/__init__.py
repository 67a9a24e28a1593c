"""The one-machine stack: starts the broker, the web server, the workers and the sweep, and keeps them alive.

Standard library only. The worker is started by name, as a process; nothing of it is imported here.
"""
