# docs/deployment.md tells how it is used.

FROM python:3.11-slim-trixie AS build
WORKDIR /chore
COPY requirements.txt .
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --no-compile --require-hashes --requirement requirements.txt
COPY . .
RUN chmod -R a+rX /chore && python -m compileall -q --invalidation-mode unchecked-hash /venv/lib /chore

FROM python:3.11-slim-trixie
# Whatever fixes Debian has by now; pg_dump not older than the server of compose.yaml; tini, or else a shell in the place of init hears no SIGTERM.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 chore \
    && useradd --uid 10001 --gid chore --no-create-home --shell /usr/sbin/nologin chore \
    && install --directory --owner chore --group chore --mode 750 /data
COPY --from=build /venv /venv
COPY --from=build /chore /chore

WORKDIR /chore
USER 10001:10001
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CHORE_DATA_DIR=/data CHORE_HOST=0.0.0.0
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m CMD ["python", "docs/deployment/healthcheck.py"]
ENTRYPOINT ["tini", "-g", "--"]
CMD ["sh", "-c", "python manage.py migrate --verbosity 0 && python manage.py create_first_admin && exec python manage.py serve"]
