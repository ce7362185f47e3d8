//go:build tools

// Package engines pins the Argo CD with which GitOps is tested; hack/engines.ts builds it.
package engines

import _ "github.com/argoproj/argo-cd/v3/cmd"
