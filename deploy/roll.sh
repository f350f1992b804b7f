#!/bin/sh
# Replaces the replicas of Docker Compose one after the other, as .env and the image now say: for a new version, or changed
# settings. Each drains, and the next one has its turn when all are healthy again, so clients always have somewhere to go.
set -eu
cd "$(dirname "$0")/.."

# longer than DRAIN_SECONDS
grace_s=30
patience_s=120

replicas() { docker-compose ps -q backend; }
healthy() {
  for replica in $(replicas); do
    [ "$(docker inspect -f '{{.State.Health.Status}}' "$replica")" = healthy ] || return 1
  done
}
wait_healthy() {
  waited=0
  until healthy; do
    if [ "$waited" -ge "$patience_s" ]; then
      echo "roll.sh: not all replicas are healthy after $patience_s s, so the others are left alone: docker-compose logs backend" >&2
      exit 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
}

before=$(replicas)
count=$(printf '%s\n' "$before" | grep -c .) || { echo "roll.sh: no replica runs" >&2; exit 1; }
wait_healthy
for replica in $before; do
  docker stop -t "$grace_s" "$replica" >/dev/null
  docker rm "$replica" >/dev/null
  docker-compose up -d --no-deps --no-recreate --scale "backend=$count" backend
  wait_healthy
done
