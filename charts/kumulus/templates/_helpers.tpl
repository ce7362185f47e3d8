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

{{- define "kumulus.hostImage" -}}
{{- printf "%s:%s" .Values.hostImage.repository (.Values.hostImage.tag | default .Chart.AppVersion) | quote }}
{{- end }}

{{/* Domain of the members of the OVN databases; absolute, since OVS's resolver knows no search list. */}}
{{- define "kumulus.ovnDomain" -}}
{{- printf "%s-ovn.%s.svc.%s" .Release.Name (include "kumulus.namespace" .) .Values.clusterDomain }}
{{- end }}

{{/* Every member of a database as a JSON list: `include "kumulus.ovnRemotes" (list . 6641)`. */}}
{{- define "kumulus.ovnRemotes" -}}
{{- $root := index . 0 }}
{{- $port := index . 1 }}
{{- $remotes := list }}
{{- range $ordinal := until (int $root.Values.ovn.managed.central.replicas) }}
{{- $remotes = append $remotes (printf "tcp:%s-ovn-%d.%s:%d" $root.Release.Name $ordinal (include "kumulus.ovnDomain" $root) (int $port)) }}
{{- end }}
{{- toJson $remotes }}
{{- end }}

{{/* "true" where guests are to have a metadata service: beside the node agent always. */}}
{{- define "kumulus.nodeEnabled" -}}
{{- or .Values.node.enabled .Values.nodeAgent.enabled }}
{{- end }}

{{/* Where pods reach the API. */}}
{{- define "kumulus.apiURL" -}}
{{- .Values.apiURL | default (printf "http://%s-api.%s.svc:8774" .Release.Name (include "kumulus.namespace" .)) }}
{{- end }}

{{/* Not the nodes of node agents, which are none. */}}
{{- define "kumulus.realNodes" -}}
{{- $expression := dict "key" "kumulus.cloud/guests" "operator" "DoesNotExist" }}
{{- $terms := list (dict "matchExpressions" (list $expression)) }}
{{- toJson (dict "nodeAffinity" (dict "requiredDuringSchedulingIgnoredDuringExecution" (dict "nodeSelectorTerms" $terms))) }}
{{- end }}

{{/* Remotes of both databases as JSON: the chart's own OVN's, or those that the values name. */}}
{{- define "kumulus.northbound" -}}
{{- if .Values.ovn.managed.enabled }}
{{- include "kumulus.ovnRemotes" (list . 6641) }}
{{- else }}
{{- toJson .Values.ovn.northbound }}
{{- end }}
{{- end }}

{{- define "kumulus.southbound" -}}
{{- if .Values.ovn.managed.enabled }}
{{- include "kumulus.ovnRemotes" (list . 6642) }}
{{- else }}
{{- toJson .Values.ovn.southbound }}
{{- end }}
{{- end }}

{{/* Where clients reach the APIs: the Ingress, or the Service. */}}
{{- define "kumulus.publicURL" -}}
{{- if .Values.ingress.enabled }}
{{- printf "%s://%s" (ternary "https" "http" (ne .Values.ingress.tlsSecret "")) .Values.ingress.host }}
{{- else }}
{{- printf "http://%s-api.%s.svc:8774" .Release.Name (include "kumulus.namespace" .) }}
{{- end }}
{{- end }}

{{/* What every role reads; the doctor reads it before the ConfigMap of the roles is there. */}}
{{- define "kumulus.settings" -}}
region: {{ .Values.region | quote }}
apiURL: {{ include "kumulus.apiURL" . | quote }}
ports: { api: 8774, webhook: 9443, health: 8080 }
ovn:
  northbound: {{ include "kumulus.northbound" . }}
  southbound: {{ include "kumulus.southbound" . }}
  {{- if .Values.ovn.tlsSecret }}
  tls: { ca: /etc/kumulus/ovn/ca.crt, cert: /etc/kumulus/ovn/tls.crt, key: /etc/kumulus/ovn/tls.key }
  {{- end }}
images: { directory: /var/lib/kumulus/images }
webhook:
  service: {{ printf "%s-webhook" .Release.Name | quote }}
  {{- if eq .Values.tls.mode "certManager" }}
  certificates: /etc/kumulus/webhook
  {{- end }}
# As long as it takes until no node sends to a pod that ends.
drainSeconds: 5
{{- end }}
