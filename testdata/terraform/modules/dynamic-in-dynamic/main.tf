provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

locals {
  buckets = {
    logs = {
      rules = [
        { id = "expire", days = 30, moves = [] },
        { id = "move", days = null, moves = [{ days = 10, class = "STANDARD_IA" }, { days = 60, class = "GLACIER" }] },
      ]
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "it" {
  for_each = local.buckets
  bucket   = each.key

  dynamic "rule" {
    for_each = each.value.rules
    content {
      id     = rule.value.id
      status = rule.key == 0 ? "Enabled" : "Disabled"

      filter {
        prefix = "${each.key}/${rule.value.id}"
      }

      dynamic "expiration" {
        for_each = rule.value.days == null ? [] : [rule.value.days]
        content {
          days = expiration.value
        }
      }

      dynamic "transition" {
        for_each = rule.value.moves
        iterator = move
        content {
          days          = move.value.days
          storage_class = move.value.class
        }
      }
    }
  }
}

resource "aws_wafv2_web_acl" "acl" {
  name  = "acl"
  scope = "REGIONAL"

  default_action {
    dynamic "allow" {
      for_each = [1]
      content {}
    }
  }

  dynamic "rule" {
    for_each = ["one", "two"]
    iterator = outer
    content {
      name     = outer.value
      priority = outer.key

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          name        = "Group${title(outer.value)}"
          vendor_name = "AWS"

          dynamic "rule_action_override" {
            for_each = outer.key == 0 ? ["a", "b"] : []
            content {
              name = "${outer.value}-${rule_action_override.value}"
              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = false
        metric_name                = outer.value
        sampled_requests_enabled   = false
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "acl"
    sampled_requests_enabled   = true
  }
}
