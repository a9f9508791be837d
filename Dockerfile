# Inside BERT for the CPU, as a user without rights. Once built, it needs no network.
#
#   docker build -t inside-bert .
#   docker run --rm -p 8501:8501 inside-bert

FROM python:3.11-slim

WORKDIR /app

# PyTorch's own CPU build goes first: the one that PyPI has for Linux brings gigabytes of CUDA.
COPY requirements.txt ./
RUN pip install --no-cache-dir "$(grep -o '^torch==[0-9.]*' requirements.txt)" --index-url https://download.pytorch.org/whl/cpu \
    && pip install --no-cache-dir -r requirements.txt

COPY LICENSE app.py home.py ./
COPY .streamlit .streamlit
COPY bertviz_app bertviz_app
COPY pages pages

# Downloaded checkpoints go to /models, which alone may be written to: a volume that is mounted there starts with this owner.
RUN python -m compileall -q app.py home.py bertviz_app pages \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /tmp bert \
    && install -d -o bert -g bert /models
USER 10001:10001

ENV HOME=/tmp \
    HF_HOME=/models \
    HF_HUB_OFFLINE=1 \
    HF_HUB_DISABLE_TELEMETRY=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

EXPOSE 8501

# Whether a model can be shown: Streamlit's own /_stcore/health knows nothing of models. Asked directly, also where the environment names a proxy.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8501/readyz', timeout=4)"]

CMD ["streamlit", "run", "app.py", "--server.headless=true", "--server.address=0.0.0.0", "--server.port=8501"]
