#!/bin/sh
export NGINX_CONF_VERSION=v12
export APP_ENTRYPOINT_VERSION=v4 # raise it when the file changes
export QUOTED="v1"
export RUN=$(date)
export A=1 B=2
  export INDENTED=v1
exported=no
export	TABBED=v1
export EMPTY=

occ() {
  inner() { true; }
}
_helper() {
}
function set-admin {
}
function run_sql() {
}
abra_backup_app () {
}
next_line()
{
}
occ() {
}
echo "call() twice"
main "$@"
