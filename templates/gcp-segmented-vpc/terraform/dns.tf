# Every question for a name is logged.
resource "google_dns_policy" "this" {
  project        = var.project
  name           = var.name
  description    = "Questions for names in ${var.name}"
  enable_logging = true

  networks {
    network_url = google_compute_network.this.id
  }
}
@@ if services

# Inside, every name of Google's interfaces is the restricted address.
resource "google_dns_managed_zone" "google" {
  project     = var.project
  name        = "${var.name}-googleapis"
  description = "Google's interfaces, at the restricted address"
  dns_name    = "googleapis.com."
  visibility  = "private"

  private_visibility_config {
    networks {
      network_url = google_compute_network.this.id
    }
  }
}

resource "google_dns_record_set" "restricted" {
  project      = var.project
  managed_zone = google_dns_managed_zone.google.name
  name         = "restricted.googleapis.com."
  type         = "A"
  ttl          = 300
  rrdatas      = local.restricted_addresses
}

resource "google_dns_record_set" "all" {
  project      = var.project
  managed_zone = google_dns_managed_zone.google.name
  name         = "*.googleapis.com."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["restricted.googleapis.com."]
}
@@ endif
