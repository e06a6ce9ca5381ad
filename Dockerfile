# syntax=docker/dockerfile:1
# The pinned environment. Build: make container. Run: see README.
ARG BASE_IMAGE=docker.io/library/python:3.11.15-slim-bookworm@sha256:d29f48a31a8b408ed19272ca1e7b10ebae13b240a27e862d3d4217c528e2e0c3
FROM ${BASE_IMAGE}
ARG DEVICE=cpu

ENV PYTHONHASHSEED=0 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 \
    PYTHONDONTWRITEBYTECODE=1 MPLBACKEND=Agg MPLCONFIGDIR=/tmp/matplotlib HOME=/tmp \
    PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1

# Locks before code: a change of code leaves this layer alone. A host that needs its own pip configuration or
# certificates hands them in as secrets, which stay out of the image.
COPY requirements/ /locks/
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=secret,id=certificates,target=/run/certificates.pem \
    set -eu; \
    if [ -s /run/certificates.pem ]; then export PIP_CERT=/run/certificates.pem; fi; \
    python3 -m venv /venv; \
    install() { /venv/bin/python -m pip install --quiet --no-deps --require-hashes --progress-bar off "$@"; }; \
    install -r "/locks/torch-${DEVICE}.txt" \
        || install -r "/locks/torch-${DEVICE}.txt" --index-url https://download.pytorch.org/whl/cpu; \
    install -r /locks/requirements.txt; \
    /venv/bin/python -m pip check

COPY . /artifact
WORKDIR /artifact
RUN mkdir -p /results && chown 10001:10001 /results
USER 10001:10001
VOLUME /results
ENTRYPOINT ["/venv/bin/python", "-m", "artifact"]
CMD ["all", "--results", "/results", "--data", "/results/data"]
