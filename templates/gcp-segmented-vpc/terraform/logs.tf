# What the network logs goes to a bucket of logs of its own, sealed, for its time.
resource "google_logging_project_bucket_config" "network" {
  project        = var.project
  location       = var.region
  bucket_id      = "${var.name}-network"
  description    = "Flows, firewall and names of ${var.name}"
  retention_days = var.log_retention_days

  cmek_settings {
    kms_key_name = var.log_key
  }
}

resource "google_logging_project_sink" "network" {
  project                = var.project
  name                   = "${var.name}-network"
  description            = "Flows, firewall and names of ${var.name}"
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.network.id}"
  filter                 = "log_id(\"compute.googleapis.com/vpc_flows\") OR log_id(\"compute.googleapis.com/firewall\") OR log_id(\"dns.googleapis.com/dns_queries\")@{ " OR log_id(\\\"compute.googleapis.com/nat_flows\\\")" if nat else "" }"
  unique_writer_identity = true
}
