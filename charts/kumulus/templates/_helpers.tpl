{{/* The cloud's Secrets and Leases are in this namespace, and the program knows no other. Every object takes its namespace from here. */}}
{{- define "kumulus.namespace" -}}
{{- if ne .Release.Namespace "kumulus-system" }}
{{- fail (printf "Kumulus runs in the namespace kumulus-system, not in %s: say --namespace kumulus-system --create-namespace" .Release.Namespace) }}
{{- end }}
{{- .Release.Namespace }}
{{- end }}

{{/* Labels of a component that never change: `include "kumulus.selector" (list . "api")`. */}}
{{- define "kumulus.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: kumulus
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "kumulus.labels" -}}
{{- $root := index . 0 -}}
{{ include "kumulus.selector" . }}
app.kubernetes.io/part-of: kumulus
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Metadata of an object in the namespace: `include "kumulus.metadata" (list . "api" "name")`. */}}
{{- define "kumulus.metadata" -}}
name: {{ index . 2 }}
namespace: {{ include "kumulus.namespace" (index . 0) }}
labels:
  {{- include "kumulus.labels" . | nindent 2 }}
{{- end }}

{{/* What every role reads; the doctor reads it before the ConfigMap of the roles is there. */}}
{{- define "kumulus.settings" -}}
region: {{ .Values.region | quote }}
apiURL: {{ .Values.apiURL | default (printf "http://%s-api.%s.svc:8774" .Release.Name (include "kumulus.namespace" .)) | quote }}
ports: { api: 8774, webhook: 9443, health: 8080 }
ovn:
  northbound: {{ toJson .Values.ovn.northbound }}
  southbound: {{ toJson .Values.ovn.southbound }}
  {{- if .Values.ovn.tlsSecret }}
  tls: { ca: /etc/kumulus/ovn/ca.crt, cert: /etc/kumulus/ovn/tls.crt, key: /etc/kumulus/ovn/tls.key }
  {{- end }}
images: { directory: /var/lib/kumulus/images }
webhook: { service: {{ printf "%s-webhook" .Release.Name | quote }} }
{{- end }}
