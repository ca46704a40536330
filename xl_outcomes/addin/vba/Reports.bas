Attribute VB_Name = "Reports"
Option Explicit
' The reports that there are. build.py writes this from xl_outcomes/reporting/registry.py: change them there.

Public Function ReportCount() As Long
    ReportCount = 14
End Function

Public Function ReportName(ByVal number As Long) As String
    Select Case number
        Case 1: ReportName = "cabinet-performance"
        Case 2: ReportName = "framework-adoption"
        Case 3: ReportName = "information-bulletin"
        Case 4: ReportName = "half-yearly"
        Case 5: ReportName = "quarterly-monitoring"
        Case 6: ReportName = "data-quality"
        Case 7: ReportName = "council-adoption"
        Case 8: ReportName = "cabinet-exception"
        Case 9: ReportName = "member-briefings"
        Case 10: ReportName = "clinic-packs"
        Case 11: ReportName = "scrutiny-performance"
        Case 12: ReportName = "scrutiny-year-end"
        Case 13: ReportName = "service-plan-summary"
        Case 14: ReportName = "corporate-plan"
    End Select
End Function

Public Function ReportTitle(ByVal number As Long) As String
    Select Case number
        Case 1: ReportTitle = "Outcomes framework: performance report"
        Case 2: ReportTitle = "Outcomes framework: report for adoption"
        Case 3: ReportTitle = "Information bulletin"
        Case 4: ReportTitle = "Half-yearly performance report"
        Case 5: ReportTitle = "Outcomes framework: quarterly monitoring"
        Case 6: ReportTitle = "Data quality of the outcomes framework"
        Case 7: ReportTitle = "Adoption of the outcomes framework"
        Case 8: ReportTitle = "Performance by exception"
        Case 9: ReportTitle = "Cabinet member briefings"
        Case 10: ReportTitle = "Performance clinic packs"
        Case 11: ReportTitle = "Performance report to scrutiny"
        Case 12: ReportTitle = "Year-end report to scrutiny"
        Case 13: ReportTitle = "Measures by service plan"
        Case 14: ReportTitle = "Corporate plan on a page"
    End Select
End Function
