#!/bin/sh
# One machine of the network: host.sh database|switch|controller, each a container. Settings come from the environment:
# NODE_NAME, NODE_IP, SOUTHBOUND, DATAPATH (system|netdev), BRIDGES (lines of "physical network, bridge, interface or -, address or -").
set -eu
database=unix:/run/openvswitch/db.sock
file=/etc/openvswitch/conf.db
daemon="-vconsole:info -vsyslog:off -vfile:off --no-chdir"

until_answers() {
  until ovs-vsctl --timeout=2 --no-wait show >/dev/null 2>&1; do sleep 0.2; done
}

start_database() {
  [ -e $file ] || ovsdb-tool create $file /usr/share/openvswitch/vswitch.ovsschema
  exec ovsdb-server $daemon --pidfile=/run/openvswitch/ovsdb-server.pid --remote=punix:/run/openvswitch/db.sock $file
}

# The machine's own address on a bridge comes and goes with the switch, which makes the device.
address_bridges() {
  echo "$BRIDGES" | while read -r _ bridge _ address; do
    [ -n "$bridge" ] && [ "$address" != - ] || continue
    until ip link show "$bridge" >/dev/null 2>&1; do sleep 0.2; done
    ip address replace "$address" dev "$bridge"
    ip link set "$bridge" up
  done
}

start_switch() {
  until_answers
  ovs-vsctl --no-wait init
  address_bridges &
  # Without --disable-system it probes the kernel's datapath.
  [ "$DATAPATH" = system ] || set -- --disable-system
  exec ovs-vswitchd $daemon "$@" --pidfile=/run/openvswitch/ovs-vswitchd.pid --unixctl=/run/openvswitch/ovs-vswitchd.ctl $database
}

set_bridges() {
  echo "$BRIDGES" | while read -r _ bridge interface _; do
    [ -n "$bridge" ] || continue
    ovs-vsctl --no-wait --may-exist add-br "$bridge" -- set bridge "$bridge" datapath_type="$DATAPATH"
    [ "$interface" = - ] || ovs-vsctl --no-wait --may-exist add-port "$bridge" "$interface"
  done
}

start_controller() {
  until_answers
  mappings=$(echo "$BRIDGES" | while read -r network bridge _; do [ -z "$bridge" ] || printf '%s:%s,' "$network" "$bridge"; done)
  set_bridges
  ovs-vsctl --no-wait set Open_vSwitch . external_ids:system-id="$NODE_NAME" external_ids:hostname="$NODE_NAME" \
    external_ids:ovn-remote="\"$SOUTHBOUND\"" external_ids:ovn-encap-type=geneve external_ids:ovn-encap-ip="$NODE_IP" \
    external_ids:ovn-bridge-datapath-type="$DATAPATH" external_ids:ovn-bridge-mappings="${mappings%,}" external_ids:ovn-monitor-all=true
  # Only a machine with a way out can be a router's gateway.
  [ -z "$mappings" ] || ovs-vsctl --no-wait set Open_vSwitch . external_ids:ovn-cms-options=enable-chassis-as-gw
  exec ovn-controller $daemon --pidfile=/run/ovn/ovn-controller.pid $database
}

case $1 in
  database) start_database ;;
  switch) shift; start_switch ;;
  controller) start_controller ;;
esac
