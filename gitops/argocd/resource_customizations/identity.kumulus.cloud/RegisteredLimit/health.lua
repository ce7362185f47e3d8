-- Generated from gitops/argocd/health-of-data.lua by `npm run generate`; do not edit.
-- Health of Kumulus' kinds that are data: no controller writes a status on them, so they are well once they exist.
return { status = "Healthy", message = "" }
