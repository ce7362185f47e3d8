//go:build tools

// Package engines pins the Kubernetes programs that the one-machine cloud runs; hack/engines.ts builds them.
package engines

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
