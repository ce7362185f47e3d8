#!/bin/sh
# One member of an OVN database: database.sh nb|sb, with POD_NAME (…-ORDINAL), PEERS (the domain of all members) and REPLICAS.
# The first start of the first member makes the database, every other member's joins it; later starts find their file.
set -eu
case $1 in
  nb) name=OVN_Northbound schema=/usr/share/ovn/ovn-nb.ovsschema port=6641 raft=6643 ;;
  sb) name=OVN_Southbound schema=/usr/share/ovn/ovn-sb.ovsschema port=6642 raft=6644 ;;
esac
file=/var/lib/ovn/$1.db
ordinal=${POD_NAME##*-}
set_name=${POD_NAME%-*}
here=tcp:$POD_NAME.$PEERS:$raft
if [ ! -e "$file" ]; then
  if [ "$ordinal" = 0 ]; then
    ovsdb-tool create-cluster "$file.new" "$schema" "$here"
  else
    others=
    i=0
    while [ "$i" -lt "$REPLICAS" ]; do
      [ "$i" = "$ordinal" ] || others="$others tcp:$set_name-$i.$PEERS:$raft"
      i=$((i + 1))
    done
    # shellcheck disable=SC2086
    ovsdb-tool join-cluster "$file.new" $name "$here" $others
  fi
  mv "$file.new" "$file"
fi
exec ovsdb-server -vconsole:info -vsyslog:off -vfile:off --no-chdir --unixctl=/run/ovn/$1.ctl --pidfile=/run/ovn/$1.pid \
  --remote=punix:/run/ovn/$1.sock --remote=ptcp:$port:0.0.0.0 "$file"
