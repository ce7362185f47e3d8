//go:build tools

// Pins what is built besides main.go.
package main

import _ "k8s.io/kubernetes/cmd/kubectl"
