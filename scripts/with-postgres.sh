#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, which is gone afterwards.
#
#   scripts/with-postgres.sh COMMAND...
#
# COMMAND finds the database in POCKETNET_POSTGRES, and the folder of the server's data in POCKETNET_POSTGRES_DATA.
#
# Exit code: that of COMMAND; 75 when there is no PostgreSQL with pgvector here, with the reason on stderr.
set -euo pipefail

readonly UNAVAILABLE=75

unavailable() { echo "with-postgres: $*" >&2; exit "$UNAVAILABLE"; }

newest() { printf '%s\n' "$@" | sort -V | tail -n 1; }

if [[ $# -lt 1 ]]; then sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2; fi

bin=$(newest /usr/lib/postgresql/*/bin)
[[ -x $bin/initdb ]] || unavailable 'PostgreSQL is missing: apt-get install postgresql'
version=$(basename "$(dirname "$bin")")
[[ -e /usr/share/postgresql/$version/extension/vector.control ]] ||
  unavailable "pgvector is missing: apt-get install postgresql-$version-pgvector"

# The server refuses to run as root.
as_server() { if [[ $(id -u) == 0 ]]; then setpriv --reuid postgres --regid postgres --init-groups "$@"; else "$@"; fi; }

folder=$(mktemp -d "${TMPDIR:-/var/tmp}/pocketnet-postgres.XXXXXX")
if [[ $(id -u) == 0 ]]; then chown postgres: "$folder"; fi
data=$folder/data
clean_up() {
  as_server "$bin/pg_ctl" --pgdata "$data" --mode immediate stop >/dev/null 2>&1 || true
  rm -rf --one-file-system "$folder"
}
trap clean_up EXIT
cd "$folder"

port=$(node -e "const server = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(server.address().port); server.close(); })")
as_server "$bin/initdb" --pgdata "$data" --username postgres --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync >"$folder/log" 2>&1 &&
  as_server "$bin/pg_ctl" --pgdata "$data" --wait --log "$folder/log.server" \
    --options "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder" start >>"$folder/log" 2>&1 || {
  cat "$folder"/log* >&2
  unavailable 'the server did not start (above).'
}

cd "$OLDPWD"
status=0
POCKETNET_POSTGRES=postgres://postgres@127.0.0.1:$port/postgres POCKETNET_POSTGRES_DATA=$data "$@" || status=$?
exit "$status"
