variable "name" {
  description = "Name of the network; every resource carries it."
  type        = string
  default     = "@{ name }"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,11}$", var.name))
    error_message = "name: 3 to 12 lower case letters and digits, beginning with a letter."
  }
}

variable "tags" {
  description = "Tags for every resource, beside service, segment and managed-by."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.tags), ["service", "segment", "managed-by"])) == 0
    error_message = "tags: service, segment and managed-by are set by this module."
  }
}

variable "location" {
  description = "Region of the network."
  type        = string
  default     = "@{ region }"

  validation {
    condition     = can(regex("^[a-z]+[0-9]?$", var.location))
    error_message = "location: a region such as westeurope."
  }
}

variable "network_cidr" {
  description = "Addresses of the network: a private block of the length /@{ plan.bits }, split in equal parts for the segments and the private endpoints."
  type        = string
  default     = "@{ network }"

  validation {
    condition     = can(regex("^(10|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\..*/@{ plan.bits }$", var.network_cidr)) && can(cidrhost(var.network_cidr, 0))
    error_message = "network_cidr: a /@{ plan.bits } inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
  }
}

variable "network_watcher" {
  description = "The region's Network Watcher; Azure makes one for each region."
  type        = object({ name = string, resource_group = string })
  default     = { name = "NetworkWatcher_@{ region }", resource_group = "NetworkWatcherRG" }
}

variable "log_workspace_id" {
  description = "Log Analytics workspace that what happens to the groups of rules is told to."
  type        = string

  validation {
    condition     = can(regex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.OperationalInsights/workspaces/[^/]+$", var.log_workspace_id))
    error_message = "log_workspace_id: the id of a Log Analytics workspace."
  }
}

variable "log_key" {
  description = "Key that seals the flow logs: its id without version in a vault, and the identity that may wrap and unwrap with it."
  type        = object({ id = string, identity_id = string })

  validation {
    condition     = can(regex("^https://[a-z0-9-]+\\.vault\\.azure\\.net/keys/[A-Za-z0-9-]+$", var.log_key.id)) && can(regex("/providers/Microsoft.ManagedIdentity/userAssignedIdentities/", var.log_key.identity_id))
    error_message = "log_key: the id of a key without its version, and the id of a user-assigned identity."
  }
}

variable "log_retention_days" {
  description = "Days that flow logs are kept."
  type        = number
  default     = @{ retention }

  validation {
    condition     = var.log_retention_days >= 365 && var.log_retention_days <= 3650
    error_message = "log_retention_days: 365 to 3650."
  }
}

variable "flood_plan_id" {
  description = "Plan of DDoS protection, of the organisation; null where nothing of the network has a public address."
  type        = string
  default     = null
}
