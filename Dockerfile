# One image for the whole desk. Stage 1 builds the wheel with its pages, stage 2 runs it.
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN pip wheel --no-deps --wheel-dir /wheels .

FROM python:3.11-slim
RUN useradd --system --create-home --uid 10001 wasl && install -d -o wasl -g wasl /data
COPY requirements.lock /tmp/
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements.lock
COPY --from=build /wheels/*.whl /tmp/
RUN pip install --no-cache-dir --no-deps /tmp/*.whl && rm /tmp/*.whl
USER wasl
ENV WASL_DATA=/data WASL_HOST=0.0.0.0 WASL_PORT=8080 WASL_MEDIA_UDP_PORT=7000 WASL_MEDIA_WORKERS=1
VOLUME /data
EXPOSE 8080/tcp 7000-7001/udp
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["wasl", "run"]
