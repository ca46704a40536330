Attribute VB_Name = "Reports"
Option Explicit
' The reports that there are. build.py writes this from xl_outcomes/reporting/registry.py: change them there.

Public Function ReportCount() As Long
    ReportCount = 1
End Function

Public Function ReportName(ByVal number As Long) As String
    Select Case number
        Case 1: ReportName = "cabinet-performance"
    End Select
End Function

Public Function ReportTitle(ByVal number As Long) As String
    Select Case number
        Case 1: ReportTitle = "Outcomes framework: performance report"
    End Select
End Function
