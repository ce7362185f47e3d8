//go:build tools

// Package engines pins the Helm that the chart is tested with; hack/engines.ts builds it.
package engines

import _ "helm.sh/helm/v3/cmd/helm"
