# What the intent leaves to whoever deploys. Everything else is fixed by distrust.intent.yaml.

variable "name" {
  description = "Name of the service; every resource carries it."
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
    error_message = "tags: service, segment and managed-by are set by this module; policies depend on them."
  }
}

# ---------------------------------------------------------------- network

variable "vpc_cidr" {
  description = "Addresses of the VPC: a private /20, a quarter for each of the four segments."
  type        = string
  default     = "@{ network }"

  validation {
    condition     = can(regex("^(10|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\..*/20$", var.vpc_cidr)) && can(cidrhost(var.vpc_cidr, 0))
    error_message = "vpc_cidr: a /20 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
  }
}

variable "zones" {
  description = "Letters of the availability zones that every segment spans."
  type        = list(string)
  default     = @{ zones | hcl }

  validation {
    condition     = can(regex("^[a-f]{2,3}$", join("", var.zones))) && length(var.zones) == length(distinct(var.zones))
    error_message = "zones: two or three different letters, a to f."
  }
}

variable "domain_name" {
  description = "Name under which the service is reached; requests for any other are turned away at the edge."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name: a full name in lower case, for example @{ domain }."
  }
}

variable "certificate_arn" {
  description = "ARN of the ACM certificate for the public listener, in the region of the service."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]{36}$", var.certificate_arn))
    error_message = "certificate_arn: an ACM certificate, arn:aws:acm:REGION:ACCOUNT:certificate/UUID."
  }
}

# ---------------------------------------------------------------- service

variable "image_repository" {
  description = "ECR repository of this account and region that holds the application. It serves HTTPS on 8080 and needs no root."
  type        = string
  default     = "@{ name }"

  validation {
    condition     = can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", var.image_repository))
    error_message = "image_repository: the name alone, without registry and tag."
  }
}

variable "image_digest" {
  description = "Digest of the image; a tag can be moved, a digest cannot."
  type        = string

  validation {
    condition     = can(regex("^sha256:[0-9a-f]{64}$", var.image_digest))
    error_message = "image_digest: sha256: and 64 hexadecimal digits."
  }
}

variable "task_cpu" {
  description = "CPU units of one task."
  type        = number
  default     = 512

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.task_cpu)
    error_message = "task_cpu: 256, 512, 1024, 2048 or 4096."
  }
}

variable "task_memory" {
  description = "MiB of memory of one task."
  type        = number
  default     = 1024

  validation {
    condition     = var.task_memory >= 2 * var.task_cpu && var.task_memory <= 8 * var.task_cpu
    error_message = "task_memory: between twice and eight times task_cpu, as Fargate offers it."
  }
}

variable "task_count" {
  description = "Number of tasks, spread over the zones."
  type        = number
  default     = 2

  validation {
    condition     = var.task_count >= 2 && var.task_count <= 50
    error_message = "task_count: 2 to 50; one task cannot be in two zones."
  }
}

# ---------------------------------------------------------------- data

variable "database_class" {
  description = "Instance class of the database."
  type        = string
  default     = "db.t4g.medium"

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.database_class))
    error_message = "database_class: for example db.t4g.medium."
  }
}

variable "database_storage" {
  description = "GiB of storage of the database."
  type        = number
  default     = 50

  validation {
    condition     = var.database_storage >= 20 && var.database_storage <= 65536
    error_message = "database_storage: 20 to 65536."
  }
}

variable "database_storage_limit" {
  description = "GiB up to which the storage of the database grows by itself."
  type        = number
  default     = 200

  validation {
    condition     = var.database_storage_limit > var.database_storage
    error_message = "database_storage_limit: more than database_storage."
  }
}

variable "log_retention_days" {
  description = "Days that every log is kept."
  type        = number
  default     = @{ retention }

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: 365 or more, a number that CloudWatch Logs accepts (365, 400, 545, 731, 1096, 1827 ...)."
  }
}

# ---------------------------------------------------------------- identities outside this module

variable "key_administrator_role_arn" {
  description = "Role that administers the keys and can use none of them. The first apply is run with it."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", var.key_administrator_role_arn))
    error_message = "key_administrator_role_arn: the ARN of an IAM role, without wildcards."
  }
}

variable "importer_role_arn" {
  description = "Role of this account that writes the documents which the application reads."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", var.importer_role_arn))
    error_message = "importer_role_arn: the ARN of an IAM role, without wildcards."
  }
}

variable "rotation_function_arn" {
  description = "Lambda function of this account that renews the secret."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[\\w-]+$", var.rotation_function_arn))
    error_message = "rotation_function_arn: the ARN of a Lambda function, without a version."
  }
}

variable "rotation_role_arn" {
  description = "Role with which that function runs."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", var.rotation_role_arn))
    error_message = "rotation_role_arn: the ARN of an IAM role, without wildcards."
  }
}

variable "rotation_days" {
  description = "Days after which the secret is renewed."
  type        = number
  default     = 30

  validation {
    condition     = var.rotation_days >= 1 && var.rotation_days <= 90
    error_message = "rotation_days: 1 to 90."
  }
}

variable "organization_id" {
  description = "AWS Organization outside of which nobody may touch the documents or the secret; null asks for the account alone."
  type        = string
  default     = null

  validation {
    condition     = var.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id: o- and 10 to 32 lower case letters or digits."
  }
}

# ---------------------------------------------------------------- deployment

variable "github_repository" {
  description = "GitHub repository, owner/name, from which the service is deployed."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository: owner/name, without wildcards."
  }
}

variable "github_branch" {
  description = "The one branch that may deploy."
  type        = string
  default     = "@{ branch }"

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.github_branch))
    error_message = "github_branch: the name of a branch, without wildcards."
  }
}

variable "state" {
  description = "S3 bucket, object key and KMS key of the Terraform state, so that the deploy roles may use them; null if it is elsewhere."
  type        = object({ bucket = string, key = string, kms_key_arn = string })
  default     = null

  validation {
    condition     = var.state == null || can(regex("^[a-z0-9.-]{3,63} [^*?]+$", "${var.state.bucket} ${var.state.key}"))
    error_message = "state: a bucket name and an object key without wildcards."
  }

  validation {
    condition     = var.state == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[\\w-]+$", var.state.kms_key_arn))
    error_message = "state.kms_key_arn: the ARN of a KMS key."
  }
}
