variable "name" {
  description = "Name of the API; every resource carries it."
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

variable "domain_name" {
  description = "Name under which callers reach the API."
  type        = string
  default     = "@{ domain }"

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name: a full name in lower case."
  }
}

variable "certificate_arn" {
  description = "Certificate of that name, in ACM of the same region."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$", var.certificate_arn))
    error_message = "certificate_arn: the ARN of a certificate in ACM."
  }
}
@@ if callers == "jwt"

variable "token_issuer" {
  description = "Who makes the tokens of callers; for Cognito https://cognito-idp.REGION.amazonaws.com/POOL."
  type        = string

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+(/[A-Za-z0-9._/-]*)?$", var.token_issuer))
    error_message = "token_issuer: an address that begins with https://."
  }
}

variable "token_audience" {
  description = "For whom tokens are made: the ids of the clients whose tokens are taken."
  type        = list(string)

  validation {
    condition     = length(var.token_audience) > 0 && alltrue([for one in var.token_audience : can(regex("^[^*\\s]+$", one))])
    error_message = "token_audience: at least one, without wildcards: a token for somebody else is none for this API."
  }
}

variable "token_scopes" {
  description = "Scopes of which a token must have one; empty asks for none."
  type        = list(string)
  default     = []
}
@@ endif

variable "code" {
  description = "The function's code: one version of one object in a bucket of the region."
  type = object({
    bucket  = string
    key     = string
    version = string
  })

  validation {
    condition     = length(var.code.version) > 0 && var.code.version != "null"
    error_message = "code.version: the id of a version, so that what runs is what was reviewed."
  }
}
@@ if signed

variable "signing_profile_version_arns" {
  description = "Versions of signing profiles of AWS Signer whose signatures are taken."
  type        = list(string)

  validation {
    condition     = length(var.signing_profile_version_arns) > 0 && alltrue([for one in var.signing_profile_version_arns : can(regex("^arn:aws[a-z-]*:signer:[a-z0-9-]+:[0-9]{12}:/signing-profiles/[A-Za-z0-9_]+/[A-Za-z0-9]+$", one))])
    error_message = "signing_profile_version_arns: at least one ARN of a version of a signing profile."
  }
}
@@ endif
@@ if vpc

variable "subnet_ids" {
  description = "Subnets that the function stands in, private, in two zones or more."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) > 1 && alltrue([for one in var.subnet_ids : can(regex("^subnet-[0-9a-f]+$", one))])
    error_message = "subnet_ids: two subnets or more."
  }
}

variable "security_group_ids" {
  description = "Security groups of the function; they need a way to the endpoints of DynamoDB and of CloudWatch Logs only."
  type        = list(string)

  validation {
    condition     = length(var.security_group_ids) > 0 && alltrue([for one in var.security_group_ids : can(regex("^sg-[0-9a-f]+$", one))])
    error_message = "security_group_ids: one security group or more."
  }
}
@@ endif

variable "runtime" {
  description = "Runtime of the function."
  type        = string
  default     = "python3.13"
}

variable "handler" {
  description = "What of the code is called."
  type        = string
  default     = "index.handler"
}

variable "memory" {
  description = "Memory of the function, MB."
  type        = number
  default     = 512

  validation {
    condition     = var.memory >= 128 && var.memory <= 10240
    error_message = "memory: 128 to 10240."
  }
}

variable "concurrency" {
  description = "How many calls the function answers at once; it can neither take more from others nor lose these."
  type        = number
  default     = 50

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 900
    error_message = "concurrency: 1 to 900."
  }
}

variable "rate" {
  description = "Calls a second that are let through, and how many at once above that."
  type        = object({ steady = number, burst = number })
  default     = { steady = 100, burst = 50 }

  validation {
    condition     = var.rate.steady > 0 && var.rate.burst > 0 && var.rate.steady <= 10000 && var.rate.burst <= 5000
    error_message = "rate: above zero, at most 10000 steady and 5000 in a burst."
  }
}

variable "log_retention_days" {
  description = "Days that every log is kept."
  type        = number
  default     = @{ retention }

  validation {
    condition     = contains([365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: 365 or more, a number that CloudWatch Logs accepts."
  }
}

variable "key_administrator_role_arn" {
  description = "Role that administers the keys and can use none of them."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", var.key_administrator_role_arn))
    error_message = "key_administrator_role_arn: the ARN of an IAM role, without wildcards."
  }
}

variable "deploy_role_arn" {
  description = "Role that deploys this module: it lends the key of records to DynamoDB and Lambda, for AWS's own use alone."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\w+=,.@/-]+$", var.deploy_role_arn)) && var.deploy_role_arn != var.key_administrator_role_arn
    error_message = "deploy_role_arn: the ARN of an IAM role, without wildcards, other than the one that administers keys."
  }
}
