#!/bin/sh
# Starts what the container was asked for as its first process, so that signals reach it. Before a server, it looks
# whether the database's folder can be written to: a mounted one often belongs to another user. Then it says so once and
# waits, instead of ending and being restarted again and again; the server starts as soon as the folder is mended.
set -eu

folder=$(dirname "${DATABASE_PATH:-data/items.db}")
writable() { [ -w "$folder" ] && { [ ! -e "$DATABASE_PATH" ] || [ -w "$DATABASE_PATH" ]; }; }
serves() { case "$*" in "grtc serve"*) true ;; *) false ;; esac; }

if serves "$@" && [ -d "$folder" ] && ! writable; then
  me="$(id -u):$(id -g)"
  printf '%s\n' "grtc: $folder cannot be written by user $me (it belongs to $(stat -c %u:%g "$folder")). On the host run: sudo chown -R $me ./data" >&2
  trap 'exit 143' TERM INT
  until writable; do
    sleep 1 &
    wait $!
  done
  trap - TERM INT
fi
exec "$@"
