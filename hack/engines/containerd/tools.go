//go:build tools

// Package engines pins the container runtime that the tests' cluster runs; hack/engines.ts builds it.
package engines

import (
	_ "github.com/containerd/containerd/v2/cmd/containerd"
	_ "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2"
	_ "github.com/containerd/containerd/v2/cmd/ctr"
)
