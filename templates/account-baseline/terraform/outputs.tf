output "key_arn" {
  description = "Key of what is recorded."
  value       = aws_kms_key.logs.arn
}
@@ if trail or recorder

output "bucket" {
  description = "Bucket of what is recorded."
  value       = aws_s3_bucket.logs.id
}
@@ endif
@@ if trail

output "trail_arn" {
  description = "The trail."
  value       = aws_cloudtrail.this.arn
}

output "trail_log_group" {
  description = "Log group of the trail."
  value       = aws_cloudwatch_log_group.trail.name
}

output "topic_arns" {
  description = "Topics: alarms, and files of the trail that arrive."
  value       = { alarms = aws_sns_topic.alarms.arn, trail = aws_sns_topic.trail.arn }
}
@@ endif
@@ if detection

output "detector_id" {
  description = "Detector of threats."
  value       = aws_guardduty_detector.this.id
}
@@ endif
