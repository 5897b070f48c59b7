output "network_id" {
  description = "The network."
  value       = google_compute_network.this.id
}

output "subnetwork_ids" {
  description = "Subnet of each segment."
  value = {
@@ for segment in plan.segments
    @{ segment.name } = google_compute_subnetwork.@{ segment.name }.id
@@ endfor
  }
}

output "service_accounts" {
  description = "Service account of each segment: what runs as it stands in the segment."
  value = {
@@ for segment in plan.segments
    @{ segment.name } = google_service_account.@{ segment.name }.email
@@ endfor
  }
}

output "log_bucket" {
  description = "Bucket of logs."
  value       = google_logging_project_bucket_config.network.id
}
