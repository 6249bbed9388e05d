FROM python:3.11-slim

WORKDIR /chore
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .

RUN useradd --system --no-create-home chore && install -d -o chore -g chore -m 750 /data
USER chore
ENV PYTHONUNBUFFERED=1 CHORE_DATA_DIR=/data CHORE_HOST=0.0.0.0
VOLUME /data
EXPOSE 8000
CMD ["sh", "-c", "python manage.py migrate --verbosity 0 && python manage.py create_first_admin && exec python manage.py serve"]
