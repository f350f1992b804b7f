#!/bin/sh
# Adds to turnserver.conf what differs from place to place, and starts coturn as the container's first process.
set -eu

if [ "${#TURN_SECRET}" -lt 16 ]; then
  # An empty secret would let everyone make credentials.
  echo "coturn: TURN_SECRET must have at least 16 bytes. Into .env: echo \"TURN_SECRET=\$(openssl rand -hex 32)\" >> .env" >&2
  exit 1
fi
own=$(hostname -i | cut -d' ' -f1)
umask 077
{
  cat /etc/grtc/turnserver.conf
  printf '%s\n' \
    "static-auth-secret=$TURN_SECRET" \
    "realm=${TURN_REALM:-grtc}" \
    "min-port=${TURN_PORTS%-*}" \
    "max-port=${TURN_PORTS#*-}" \
    "relay-ip=$own" \
    "external-ip=${TURN_EXTERNAL_IP:-$own}/$own" \
    "allowed-peer-ip=$own"
} >/tmp/turnserver.conf
exec turnserver -c /tmp/turnserver.conf
