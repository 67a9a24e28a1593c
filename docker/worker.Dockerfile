# The hand: the record and the eye together. On a processor:
#   docker build -f docker/worker.Dockerfile -t hairline-worker .
# For NVIDIA cards, with the wheels that bring CUDA:
#   docker build -f docker/worker.Dockerfile -t hairline-worker:cuda --build-arg TORCH_INDEX=https://pypi.org/simple .

FROM python:3.11-slim AS packages
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements /requirements
# First and from its own index: a later step finds it installed and leaves it alone.
RUN grep -E '^torch(vision)?==' /requirements/constraints.txt > /torch.txt \
    && /venv/bin/pip install --index-url "$TORCH_INDEX" -r /torch.txt
RUN /venv/bin/pip install -r /requirements/worker.txt -c /requirements/constraints.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HAIRLINE_DATA=/data HAIRLINE_CACHE=/data/cache HAIRLINE_WORKERS=1 HAIRLINE_POOL=prefork
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin hairline \
    && install -d -o hairline -g hairline /data /data/media /data/cache
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY inspections inspections
COPY segmentation segmentation
COPY worker worker
USER 10001:10001
# Told to stop, a worker gives its photo back at the next tile.
STOPSIGNAL SIGTERM
# A worker without a pool answers between two photos only, hence the patience.
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=12 \
    CMD ["sh", "-c", "celery -A worker.celery inspect ping --timeout 10 -d worker@$(hostname)"]
# CUDA does not survive a fork: on a card set HAIRLINE_POOL=solo and start one container for each photo at a time.
CMD ["sh", "-c", "export OMP_NUM_THREADS=$(( ($(nproc) + HAIRLINE_WORKERS - 1) / HAIRLINE_WORKERS )); exec celery -A worker.celery worker -n worker@%h -P \"$HAIRLINE_POOL\" -c \"$HAIRLINE_WORKERS\" \
     --loglevel WARNING --without-gossip --without-mingle"]
