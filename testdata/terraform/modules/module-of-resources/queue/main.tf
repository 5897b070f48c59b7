variable "name" {
  type = string
}

variable "settings" {
  type = object({
    days = number
    dead = optional(bool, false)
  })
}

resource "aws_sqs_queue" "this" {
  name                      = replace(var.name, ".", "-")
  message_retention_seconds = var.settings.days * 24 * 60 * 60
}

resource "aws_sqs_queue_policy" "this" {
  count     = var.settings.dead ? 0 : 1
  queue_url = aws_sqs_queue.this.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "sqs:SendMessage", Resource = "*" }]
  })
}

output "name" {
  value = aws_sqs_queue.this.name
}

output "arn" {
  value = aws_sqs_queue.this.arn
}
