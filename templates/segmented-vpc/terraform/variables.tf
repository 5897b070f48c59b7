variable "name" {
  description = "Name of the network; every resource carries it."
  type        = string
  default     = "@{ name }"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "name: 3 to 20 characters, lower case letters, digits and hyphens, beginning with a letter."
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

variable "vpc_cidr" {
  description = "Addresses of the VPC: a private block of the length /@{ plan.bits }, split in equal parts for the segments and the endpoints."
  type        = string
  default     = "@{ network }"

  validation {
    condition     = can(regex("^(10|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\..*/@{ plan.bits }$", var.vpc_cidr)) && can(cidrhost(var.vpc_cidr, 0))
    error_message = "vpc_cidr: a /@{ plan.bits } inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
  }
}

variable "zones" {
  description = "Letters of the availability zones that every segment spans."
  type        = list(string)
  default     = @{ zones | hcl }

  validation {
    condition     = can(regex("^[a-f]{1,@{ zones | length if zones | length > 4 else 4 }}$", join("", var.zones))) && length(var.zones) == length(distinct(var.zones))
    error_message = "zones: different letters, a to f."
  }
}

variable "log_retention_days" {
  description = "Days that flow logs are kept."
  type        = number
  default     = @{ retention }

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: 365 or more, a number that CloudWatch Logs accepts."
  }
}

variable "key_administrator_role_arn" {
  description = "Role that administers the key of the logs and can use none of it."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", var.key_administrator_role_arn))
    error_message = "key_administrator_role_arn: the ARN of an IAM role, without wildcards."
  }
}
@@ if services

variable "organization_id" {
  description = "AWS Organization that may use the endpoints; null lets this account alone use them."
  type        = string
  default     = @{ organization | hcl if organization else "null" }

  validation {
    condition     = var.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id: o- and 10 to 32 lower case letters or digits."
  }
}
@@ endif
