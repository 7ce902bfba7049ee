# The first stage installs the locked requirements and fits the understanding model; the second holds what runs.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.lock
COPY gateway gateway
COPY channels channels
COPY nlu nlu
COPY casebridge casebridge
COPY templates templates
COPY knowledge knowledge
COPY city city
RUN HUIYIN_DATA_DIR=/data /venv/bin/python -m gateway train && mkdir /data/uploads && \
    /venv/bin/python -m pip uninstall --yes pip setuptools

FROM python:3.11-slim
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
# An empty volume begins with what the image holds at its place: the fitted model.
COPY --from=build --chown=10001:10001 /data /data
COPY LICENSE ./
ENV PATH=/venv/bin:/usr/local/bin:/usr/bin:/bin PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HUIYIN_DATA_DIR=/data HUIYIN_SERVER_HOST=0.0.0.0
USER 10001:10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('HUIYIN_SERVER_PORT', 8080)}/healthz\", timeout=2)"]
CMD ["python", "-m", "gateway", "run"]
