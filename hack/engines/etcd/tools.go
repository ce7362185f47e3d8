//go:build tools

// Package engines pins the etcd server that the one-machine cloud runs; hack/engines.ts builds it.
package engines

import _ "go.etcd.io/etcd/server/v3"
