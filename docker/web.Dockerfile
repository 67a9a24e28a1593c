# The web room: Django, the API and the pages. It holds no torch, decodes no photo and runs as nobody in particular.
#   docker build -f docker/web.Dockerfile --target web -t hairline-web .
#   docker build -f docker/web.Dockerfile --target proxy -t hairline-proxy .

FROM node:24-alpine AS frontend
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements /requirements
RUN /venv/bin/pip install -r /requirements/web.txt -c /requirements/constraints.txt

FROM python:3.11-slim AS web
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HAIRLINE_DATA=/data
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin hairline \
    && install -d -o hairline -g hairline /data /data/media
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=frontend /app/node_modules/openseadragon node_modules/openseadragon
COPY manage.py ./
COPY inspections inspections
COPY worker worker
COPY segmentation/weights segmentation/weights
COPY static static
COPY templates templates
USER 10001:10001
# The static files belong to the image, not to a volume, so that a new image brings new ones. The key is for this one
# command; the server's own comes from its environment.
RUN SECRET_KEY=nothing-is-signed-while-files-are-gathered python manage.py collectstatic --noinput
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/api/v1/health/', timeout=5)"]
CMD ["gunicorn", "inspections.wsgi:application", "--config", "python:inspections.supervision.web_settings", \
     "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", \
     "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]

FROM nginxinc/nginx-unprivileged:1.29-alpine AS proxy
ENV HAIRLINE_MAX_PHOTO_MB=400 NGINX_ENVSUBST_FILTER=HAIRLINE_
COPY docker/nginx.conf /etc/nginx/templates/default.conf.template
COPY --from=web /data/static /srv/static
USER 101:101
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s CMD ["wget", "-q", "--spider", "http://127.0.0.1:8080/proxy-health"]
