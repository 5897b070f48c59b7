provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variable "grants" {
  type = map(object({ actions = list(string), paths = list(string), from = optional(map(list(string)), {}) }))
  default = {
    reader = { actions = ["s3:GetObject"], paths = ["a/*", "b/*"] }
    writer = { actions = ["s3:PutObject", "s3:DeleteObject"], paths = ["c"], from = { "aws:SourceIp" = ["10.0.0.0/8"], "aws:SourceVpc" = ["vpc-1", "vpc-0"] } }
    nobody = { actions = [], paths = [] }
  }
}

data "aws_iam_policy_document" "it" {
  dynamic "statement" {
    for_each = { for k, v in var.grants : k => v if length(v.actions) > 0 }
    iterator = grant

    content {
      sid       = title(grant.key)
      actions   = grant.value.actions
      resources = formatlist("arn:aws:s3:::bucket/%s", grant.value.paths)

      dynamic "condition" {
        for_each = grant.value.from

        content {
          test     = "StringEquals"
          variable = condition.key
          values   = condition.value
        }
      }
    }
  }

  dynamic "statement" {
    for_each = false ? [1] : []

    content {
      sid       = "Never"
      actions   = ["*"]
      resources = ["*"]
    }
  }

  statement {
    sid       = "Last"
    actions   = ["s3:ListAllMyBuckets"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "each" {
  for_each = toset(["x", "y"])

  statement {
    actions   = ["s3:*"]
    resources = ["arn:aws:s3:::${each.key}"]
  }
}

data "aws_iam_policy_document" "counted" {
  count = 2

  statement {
    actions   = ["s3:*"]
    resources = ["arn:aws:s3:::n${count.index}"]
  }
}

resource "aws_iam_policy" "each" {
  for_each = data.aws_iam_policy_document.each
  name     = "p-${each.key}"
  policy   = each.value.json
}

resource "aws_iam_policy" "it" {
  name   = "it"
  policy = data.aws_iam_policy_document.it.json
}

output "counted" {
  value = data.aws_iam_policy_document.counted[*].json
}
