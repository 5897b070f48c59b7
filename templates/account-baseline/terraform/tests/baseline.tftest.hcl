# No account is asked: the provider is mocked. What stands here fails when somebody opens what this module closes.

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

  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:@{ region }:111122223333:key/00000000-0000-0000-0000-000000000000" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/mock" }
  }

  mock_resource "aws_iam_service_linked_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:@{ region }:111122223333:log-group:mock" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:@{ region }:111122223333:mock" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::mock" }
  }
}

variables {
  key_administrator_role_arn = "arn:aws:iam::111122223333:role/key-administrator"
  log_reader_role_arn        = "arn:aws:iam::111122223333:role/investigator"
@@ if trail
  alarms_to                  = "security@example.com"
@@ endif
}
@@ if trail

run "every_call_is_recorded" {
  command = apply

  assert {
    condition     = aws_cloudtrail.this.is_multi_region_trail && aws_cloudtrail.this.enable_log_file_validation && aws_cloudtrail.this.kms_key_id == aws_kms_key.logs.arn
    error_message = "the trail spans all regions, with digests, under a key"
  }

  assert {
    condition     = aws_s3_bucket_object_lock_configuration.logs.rule[0].default_retention[0].mode == "COMPLIANCE" && aws_s3_bucket_object_lock_configuration.logs.rule[0].default_retention[0].days == @{ retention }
    error_message = "nobody takes the trail away in @{ retention } days"
  }
}

run "alarms_ring" {
  command = apply

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.watched) == 15 && alltrue([for one in aws_cloudwatch_metric_alarm.watched : one.actions_enabled && length(one.alarm_actions) == 1])
    error_message = "each of the fifteen things that CIS asks for rings"
  }
}
@@ endif

run "defaults_are_closed" {
  command = apply

  assert {
    condition     = length(aws_default_security_group.closed.ingress) == 0 && length(aws_default_security_group.closed.egress) == 0
    error_message = "the default security group lets nothing through"
  }

  assert {
    condition     = aws_s3_account_public_access_block.this.block_public_policy && aws_s3_account_public_access_block.this.restrict_public_buckets && aws_ebs_encryption_by_default.this.enabled && aws_ec2_instance_metadata_defaults.this.http_tokens == "required"
    error_message = "no public bucket, no volume without encryption, no metadata without a session"
  }
}

run "short_retention_is_refused" {
  command = plan

  variables {
    log_retention_days = 30
  }

  expect_failures = [var.log_retention_days]
}

run "who_administers_does_not_read" {
  command = plan

  variables {
    log_reader_role_arn = "arn:aws:iam::111122223333:role/key-administrator"
  }

  expect_failures = [var.log_reader_role_arn]
}
