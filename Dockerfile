# syntax=docker/dockerfile:1
# The pinned environment. Build: make container. Run: see README.
ARG BASE_IMAGE=docker.io/library/python:3.11.15-slim-bookworm@sha256:d29f48a31a8b408ed19272ca1e7b10ebae13b240a27e862d3d4217c528e2e0c3
FROM ${BASE_IMAGE}
ARG DEVICE=cpu

ENV PYTHONHASHSEED=0 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 \
    PYTHONDONTWRITEBYTECODE=1 MPLBACKEND=Agg MPLCONFIGDIR=/tmp/matplotlib HOME=/tmp

# Locks before code: a change of code leaves this layer alone. A host that needs its own sources of packages or
# certificates hands them in as secrets, which stay out of the image.
COPY requirements/ /locks/requirements/
COPY tools/environment.py tools/imported.py /locks/tools/
# Of torch, programs and headers to compile extensions with are left out: nothing here does. What the study imports is
# compiled, or every process would start several times slower; bytecode names the hash of its source, not its time, so
# that two builds give the same files.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=secret,id=certificates,target=/run/certificates.pem \
    set -eu; umask 022; \
    if [ -s /run/certificates.pem ]; then export SSL_CERT_FILE=/run/certificates.pem PIP_CERT=/run/certificates.pem; fi; \
    python3 /locks/tools/environment.py /venv /locks/requirements/requirements.txt "/locks/requirements/torch-${DEVICE}.txt" \
        || { tail -n 30 /venv/pip.log >&2; exit 2; }; \
    : >/venv/pip.log; rm -f /venv/.lock; cd /venv/lib/python3.11/site-packages/torch; \
    rm -rf test include; find bin -type f ! -name torch_shm_manager -delete; \
    find /venv -name '*.pyc' -delete; \
    /venv/bin/python -IB /locks/tools/imported.py \
        | /venv/bin/python -IB -m compileall -q -i - --invalidation-mode unchecked-hash; \
    rm -rf /tmp/*

COPY . /artifact
WORKDIR /artifact
# The modes of a checkout hang on its owner's umask.
RUN chmod -R u=rwX,go=rX /artifact && chmod 755 tools/entrypoint && mkdir -p /results && chown 10001:10001 /results

ARG REVISION=
ARG CLAIMS_REVISION=
ARG SOURCE=
ARG CREATED=
LABEL org.opencontainers.image.title="A replication of: Evaluating multi-task learning for Internet measurement classification" \
    org.opencontainers.image.licenses=Apache-2.0 org.opencontainers.image.revision=${REVISION} \
    org.opencontainers.image.source=${SOURCE} org.opencontainers.image.created=${CREATED}
ENV ARTIFACT_REVISION=${REVISION} ARTIFACT_CLAIMS_REVISION=${CLAIMS_REVISION} ARTIFACT_SOURCE=${SOURCE} ARTIFACT_CREATED=${CREATED} \
    RESULTS=/results
USER 10001:10001
VOLUME /results
ENTRYPOINT ["/artifact/tools/entrypoint"]
CMD ["all"]
