# No account is asked: the provider is mocked. What stands here fails when somebody opens what the intent does not name.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_region" {
    defaults = { name = "@{ region }" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:@{ region }:111122223333:key/00000000-0000-0000-0000-000000000000" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:@{ region }:111122223333:log-group:mock" }
  }
}

variables {
  key_administrator_role_arn = "arn:aws:iam::111122223333:role/key-administrator"
}

run "address_plan" {
  command = apply
@@ for segment in plan.segments

  assert {
    condition     = [for subnet in aws_subnet.@{ segment.name } : subnet.cidr_block] == @{ segment.subnets | map(attribute="cidr") | list | hcl }
    error_message = "@{ segment.name } has its own part of the network"
  }
@@ endfor
}

run "only_the_flows_that_are_named" {
  command = apply
@@ for segment in plan.segments

  assert {
    condition     = sort([for entry in aws_network_acl.@{ segment.name }.ingress : tostring(entry.from_port) if !contains([local.clients.from, 32768], entry.from_port)]) == sort(@{ segment.incoming | map(attribute="ports") | sum(start=[]) | map(attribute="from") | map("string") | list | hcl })
    error_message = "@{ segment.name } takes requests only on the ports of its flows"
  }
@@ endfor
}

run "logs_are_kept_and_sealed" {
  command = apply

  assert {
    condition     = aws_cloudwatch_log_group.flow.retention_in_days == @{ retention } && aws_cloudwatch_log_group.flow.kms_key_id == aws_kms_key.logs.arn
    error_message = "flow logs are kept @{ retention } days, under a key of their own"
  }
}

run "short_retention_is_refused" {
  command = plan

  variables {
    log_retention_days = 30
  }

  expect_failures = [var.log_retention_days]
}
