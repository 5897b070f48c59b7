variable "name" {
  description = "Prefix of names."
  type        = string
  default     = "@{ name }"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "name: 3 to 20 characters, lower case letters, digits and hyphens, beginning with a letter."
  }
}

variable "tags" {
  description = "Tags for every resource, beside service and managed-by."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.tags), ["service", "managed-by"])) == 0
    error_message = "tags: service and managed-by are set by this module."
  }
}

variable "log_retention_days" {
  description = "Days that every log is kept, and nobody can take it away."
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

variable "log_reader_role_arn" {
  description = "Role that reads the logs: of whoever investigates."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", var.log_reader_role_arn)) && var.log_reader_role_arn != var.key_administrator_role_arn
    error_message = "log_reader_role_arn: the ARN of an IAM role, without wildcards, other than the one that administers the key."
  }
}
@@ if trail

variable "alarms_to" {
  description = "Address of mail that alarms tell; who gets it has to confirm it once."
  type        = string

  validation {
    condition     = can(regex("^\\S+@\\S+\\.[a-z]{2,}$", var.alarms_to))
    error_message = "alarms_to: an address of mail."
  }
}
@@ endif
