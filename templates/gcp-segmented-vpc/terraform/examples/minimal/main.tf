terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.0, < 8.0"
    }
  }
}

variable "project" {
  description = "Project that the network stands in."
  type        = string
}

module "@{ name | snake }" {
  source = "../.."

  project = var.project
  log_key = "projects/${var.project}/locations/@{ region }/keyRings/logs/cryptoKeys/network"
}

output "subnetwork_ids" {
  description = "Subnet of each segment."
  value       = module.@{ name | snake }.subnetwork_ids
}
