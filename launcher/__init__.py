"""Everything behind `make run` and `make test`: from a bare Python to a running Dobošar and its clean stop.

bootstrap   makes .venv and installs the hashed requirements; standard library only, no import of ours
embedded    PostgreSQL and Valkey from their wheels, unless DATABASE_URL / REDIS_URL name other ones
site        options of the environment (DATA_DIR, PORT, DEMO ...), the lock on DATA_DIR, checks with plain messages
prepare     migrations and static files, skipped while nothing changed
supervisor  web, workers, practice network: start, watch, stop in order
run         ties these together; `manage` does the same for one management command; `backup` saves and restores
maintain    the commands of `make maintain`; standard library only, as it runs before anything is installed
release     what `make release` does
"""
