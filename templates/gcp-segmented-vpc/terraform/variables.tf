variable "project" {
  description = "Project that the network stands in."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project: the id of a project."
  }
}

variable "name" {
  description = "Name of the network; every resource carries it."
  type        = string
  default     = "@{ name }"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,12}[a-z0-9]$", var.name))
    error_message = "name: 3 to 14 characters, lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "region" {
  description = "Region of the network."
  type        = string
  default     = "@{ region }"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region: a region such as europe-west3."
  }
}

variable "network_cidr" {
  description = "Addresses of the network: a private block of the length /@{ plan.bits }, split in equal parts for the segments."
  type        = string
  default     = "@{ network }"

  validation {
    condition     = can(regex("^(10|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\..*/@{ plan.bits }$", var.network_cidr)) && can(cidrhost(var.network_cidr, 0))
    error_message = "network_cidr: a /@{ plan.bits } inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
  }
}

variable "log_retention_days" {
  description = "Days that logs of the network are kept."
  type        = number
  default     = @{ retention }

  validation {
    condition     = var.log_retention_days >= 365 && var.log_retention_days <= 3650
    error_message = "log_retention_days: 365 to 3650."
  }
}

variable "log_key" {
  description = "Key of Cloud KMS that seals the logs, in the region of the network; Cloud Logging's own account of the project must be allowed to use it."
  type        = string

  validation {
    condition     = can(regex("^projects/[^/]+/locations/[a-z0-9-]+/keyRings/[^/]+/cryptoKeys/[^/]+$", var.log_key))
    error_message = "log_key: projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY."
  }
}
