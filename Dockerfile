# One image for web, workers and the practice network; docker-compose.yml says which.
FROM python:3.12-slim AS build
WORKDIR /app
# requirements-sentry.txt where SENTRY_DSN is going to be set.
ARG REQUIREMENTS=requirements.txt
COPY requirements*.txt ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --no-input --disable-pip-version-check --only-binary :all: --require-hashes -r $REQUIREMENTS
# What writes the bill of materials: its own packages beside those of the portal, which it uses and does not change.
RUN python -m venv /bill \
 && echo "$(/venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    > "$(/bill/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/portal.pth" \
 && /bill/bin/pip install --no-cache-dir --no-input --disable-pip-version-check --only-binary :all: --require-hashes -r requirements-sbom.txt
COPY . .
# The static files belong to the version, so they are part of the image. The values only satisfy the settings.
RUN DATA_DIR=/build STATIC_ROOT=/app/staticfiles STATIC_BROTLI_QUALITY=11 SECRET_KEY=only-to-gather-static-files \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.12-slim AS runtime
RUN groupadd --gid 10001 dobosar \
 && useradd --uid 10001 --gid dobosar --no-create-home --home-dir /data --shell /usr/sbin/nologin dobosar \
 && install -d -o dobosar -g dobosar -m 0750 /data /data/media
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
# MALLOC_ARENA_MAX: else the C library gives each of 32 threads memory of its own, which stays reserved.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2 \
    DJANGO_SETTINGS_MODULE=portal.settings DATA_DIR=/data STATIC_ROOT=/app/staticfiles PORT=8000
USER dobosar
VOLUME /data
EXPOSE 8000
# gunicorn keeps its heartbeat in memory: on a disk it may block.
CMD ["gunicorn", "--config", "python:launcher.gunicorn", "--worker-tmp-dir", "/dev/shm", "--bind", "0.0.0.0:8000", "portal.wsgi:application"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-m", "launcher.healthy", "http://127.0.0.1:8000/healthz"]

# Everything that is installed in the image, read in the image.
FROM runtime AS bill
COPY --from=build /bill /bill
RUN ["/bill/bin/python", "-m", "launcher.image_sbom", "--to", "/tmp/sbom.cdx.json"]

FROM runtime
COPY --from=bill --chown=0:0 /tmp/sbom.cdx.json /app/sbom.cdx.json
