from operations.management.commands.run_worker import Command  # noqa: F401 - the name that installed units call
