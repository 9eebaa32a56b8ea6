"""picture/filters"""
